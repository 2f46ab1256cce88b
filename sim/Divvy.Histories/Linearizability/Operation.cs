namespace Divvy.Histories.Linearizability;

/// <summary>One call of one client as the client saw it.</summary>
/// <param name="Client">Whose call it was: a lane of the picture.</param>
/// <param name="Input">What was asked.</param>
/// <param name="Invoked">The instant before the request left.</param>
/// <param name="Output">What was answered; null: nobody knows.</param>
/// <param name="Returned">The instant after the answer came; null: it never came.</param>
/// <remarks>Three kinds follow from the last two. Both known: it took effect once, between the two instants. Both null: it took
/// effect once at any instant after <paramref name="Invoked"/>, or never. An output without a return: it took effect for
/// certain, as somebody else saw, but nobody can say until when it took. An instant that two operations share leaves them
/// concurrent; <see cref="OperationRecorder{TInput, TOutput}"/> therefore never gives out one twice.</remarks>
public sealed record Operation<TInput, TOutput>(
    int Client, TInput Input, TimeSpan Invoked, TOutput? Output, TimeSpan? Returned)
    where TInput : class
    where TOutput : class
{
    /// <summary>It need not have happened.</summary>
    public bool IsOptional => Output is null;
}
