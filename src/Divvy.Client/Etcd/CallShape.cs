namespace Divvy.Client.Etcd;

/// <summary>What a call is, as far as its repetition goes.</summary>
/// <param name="Operation">For messages: <c>Put /a</c>.</param>
/// <param name="Writes">It has an effect, so a failure may leave its outcome unknown.</param>
/// <param name="Repeatable">Doing it twice does no harm.</param>
/// <param name="NeedsLeader">A member without a leader shall refuse it at once instead of waiting for one.</param>
internal readonly record struct CallShape(string Operation, bool Writes, bool Repeatable, bool NeedsLeader)
{
    public static CallShape Read(string operation) => new(operation, false, Repeatable: true, NeedsLeader: true);

    /// <summary>A read that the member answers by itself.</summary>
    public static CallShape LocalRead(string operation) => new(operation, false, Repeatable: true, NeedsLeader: false);

    public static CallShape Write(string operation) => new(operation, true, Repeatable: false, NeedsLeader: true);

    public static CallShape RepeatableWrite(string operation) =>
        new(operation, true, Repeatable: true, NeedsLeader: true);
}
