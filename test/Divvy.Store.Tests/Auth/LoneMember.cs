using Divvy.Consensus;
using Divvy.Consensus.Auth;
using Divvy.Consensus.Mvcc;
using Divvy.Store.Auth;
using Divvy.Store.Services;

namespace Divvy.Store.Tests.Auth;

/// <summary>A member without peers, log or clock: what is proposed is applied at once. Users can be made to change
/// while a request is under way, and entries can be held back as if they were still coming.</summary>
internal sealed class LoneMember : IAuthNode, IMemberState
{
    private readonly Lock gate = new();
    private readonly AuthStore auth = new();
    private readonly MvccStore store = new(new MvccOptions());
    private readonly Authorizer authorizer;
    private readonly Queue<AuthCommand> coming = new();

    public LoneMember(TimeProvider? timeProvider = null)
    {
        authorizer = new Authorizer(auth, store);
        Tokens = new TokenBook(timeProvider ?? TimeProvider.System);
    }

    public bool IsLearner => false;

    public bool HasLeader => true;

    public TimeSpan Now => TimeSpan.Zero;

    public TokenBook Tokens { get; }

    public long AuthRevision => ReadAuth((state, _) => state.Revision);

    public long AppliedIndex { get; private set; }

    public int Proposals { get; private set; }

    public int Barriers { get; private set; }

    /// <summary>Happens once, between a proposal and its place in the log.</summary>
    public Action? BeforeApply { get; set; }

    /// <summary>Entries that a barrier waits for.</summary>
    public void HoldBack(AuthCommand command) => coming.Enqueue(command);

    public void Change(params AuthCommand[] commands)
    {
        foreach (var command in commands)
            Apply(command).Outcome.ShouldBe(AuthOutcome.Ok, command.ToString());
    }

    public AuthResult Apply(AuthCommand command)
    {
        lock (gate)
        {
            var result = auth.Apply(++AppliedIndex, command);
            Tokens.Follow(command, result);
            return result;
        }
    }

    public ValueTask<StoreResult> ProposeAsync(
        StoreCommand command, Caller? caller, CancellationToken cancellationToken)
    {
        Proposals++;
        var before = BeforeApply;
        BeforeApply = null;
        before?.Invoke();
        lock (gate)
        {
            var outcome = authorizer.Authorize(caller, command);
            if (outcome != AuthOutcome.Ok)
                return ValueTask.FromResult<StoreResult>(new AuthResult(outcome, auth.Revision));
            return ValueTask.FromResult<StoreResult>(
                command is AuthCommand change ? Apply(change) : Write((MvccCommand)command));
        }
    }

    public ValueTask ReadBarrierAsync(CancellationToken cancellationToken)
    {
        Barriers++;
        while (coming.TryDequeue(out var command))
            Change(command);
        return ValueTask.CompletedTask;
    }

    public TResult ReadAuth<TResult>(Func<AuthStore, Authorizer, TResult> read)
    {
        lock (gate)
            return read(auth, authorizer);
    }

    private MvccResult Write(MvccCommand command)
    {
        AppliedIndex++;
        return store.Apply(store.AppliedIndex + 1, command);
    }
}
