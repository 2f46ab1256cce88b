using System.Security.Cryptography;
using Divvy.Consensus.Auth;

namespace Divvy.Store.Auth;

/// <summary>
/// The tokens that the log gave out, as etcd's "simple" tokens: 16 random letters, a dot, and the index of the entry.
/// Every member learns of each as it applies that entry, and each lets it end on its own: five minutes after its last
/// use here. A client whose token has ended authenticates again. Thread-safe.
/// </summary>
internal sealed class TokenBook(TimeProvider timeProvider)
{
    /// <summary>Most tokens kept; the one that was idle longest makes room.</summary>
    public const int MaxTokens = 100_000;

    /// <summary>How long a token lives after its last use; etcd's default.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(5);

    private const int PrefixLetters = 16;
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> entries = new(StringComparer.Ordinal);

    // All live equally long after their last use, so the order of use is the order in which they end.
    private readonly LinkedList<Entry> byUse = new();

    public int Count
    {
        get
        {
            lock (gate)
            {
                DropEnded();
                return entries.Count;
            }
        }
    }

    /// <summary>Rolls the secret part of a token.</summary>
    public static string NewPrefix() => RandomNumberGenerator.GetString(Letters, PrefixLetters);

    /// <summary>The index in a token; null when it does not have the form of one.</summary>
    public static long? IndexOf(string token) =>
        token.Split('.') is [_, var index] && long.TryParse(index, out var parsed) ? parsed : null;

    /// <summary>Follows a command that was applied: keeps the token it gave out, forgets those it made void.</summary>
    public void Follow(AuthCommand command, AuthResult result)
    {
        if (result.Outcome != AuthOutcome.Ok)
            return;
        switch (command)
        {
            case AuthenticateCommand authenticate:
                Add(result.Token!, authenticate.User);
                break;
            case UserDeleteCommand delete:
                RemoveUser(delete.Name);
                break;
            case UserChangePasswordCommand change:
                RemoveUser(change.Name);
                break;
            case AuthDisableCommand:
                Clear();
                break;
            default:
                // Other changes leave who is who as it is.
                break;
        }
    }

    /// <summary>Forgets all: users and roles were replaced by those of a snapshot.</summary>
    public void Clear()
    {
        lock (gate)
        {
            entries.Clear();
            byUse.Clear();
        }
    }

    /// <summary>The user who has a token, which thereby lives on; null when nobody has.</summary>
    public string? Use(string token)
    {
        lock (gate)
        {
            DropEnded();
            if (!entries.TryGetValue(token, out var node))
                return null;
            node.Value = node.Value with { UsedAt = timeProvider.GetTimestamp() };
            byUse.Remove(node);
            byUse.AddLast(node);
            return node.Value.User;
        }
    }

    private void Add(string token, string user)
    {
        lock (gate)
        {
            DropEnded();
            if (entries.Count == MaxTokens)
                Remove(byUse.First!);
            entries.TryAdd(token, byUse.AddLast(new Entry(token, user, timeProvider.GetTimestamp())));
        }
    }

    private void RemoveUser(string user)
    {
        lock (gate)
        {
            for (var node = byUse.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.User == user)
                    Remove(node);
                node = next;
            }
        }
    }

    private void DropEnded()
    {
        while (byUse.First is { } oldest && timeProvider.GetElapsedTime(oldest.Value.UsedAt) >= TimeToLive)
            Remove(oldest);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        byUse.Remove(node);
        entries.Remove(node.Value.Token);
    }

    private sealed record Entry(string Token, string User, long UsedAt);
}
