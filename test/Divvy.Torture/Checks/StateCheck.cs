using Divvy.Client.Etcd;
using Divvy.Torture.Load;

namespace Divvy.Torture.Checks;

/// <summary>No acknowledged write is lost: at every member, each key holds what was acknowledged last, or what was tried
/// after it.</summary>
public static class StateCheck
{
    public static void Check(string member, IReadOnlyDictionary<string, Kv> state, IReadOnlyList<Attempt> attempts)
    {
        foreach (var ofKey in attempts.GroupBy(attempt => attempt.Key))
        {
            var all = ofKey.ToList();
            var last = all.FindLastIndex(attempt => attempt.Outcome == Outcome.Acknowledged);
            var promised = last < 0 ? null : all[last];
            var held = state.GetValueOrDefault(ofKey.Key);
            var later = all.Skip(last + 1).Where(attempt => attempt.Outcome == Outcome.Unknown);
            if (IsEffect(promised, held) || later.Any(attempt => IsLater(attempt, held)))
                continue;
            throw new TortureViolation($"acknowledged write lost at {member}: {ofKey.Key} was last promised"
                + $" '{promised?.Value ?? "(absent)"}' of revision {promised?.Revision}, holds '{held?.Text ?? "(absent)"}'"
                + $" of revision {held?.ModRevision}, and nothing else was tried since");
        }
    }

    private static bool IsEffect(Attempt? promised, Kv? held)
    {
        if (promised?.Value is null || held is null)
            return promised?.Value is null && held is null;
        return held.Text == promised.Value && held.ModRevision == promised.Revision && held.Lease == promised.Lease;
    }

    private static bool IsLater(Attempt attempt, Kv? held) =>
        attempt.Value is null ? held is null : held?.Text == attempt.Value;
}
