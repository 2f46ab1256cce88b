namespace Divvy.Core.Hosting;

/// <summary>How a handler call ended.</summary>
/// <param name="Succeeded">It returned without an exception.</param>
/// <param name="HandedOver">PrepareDrop: the next owner has confirmed the state, sent under the call's
/// revision.</param>
/// <param name="Error">Why it failed; otherwise empty.</param>
public readonly record struct HandlerResult(bool Succeeded, bool HandedOver, string Error)
{
    public static readonly HandlerResult Success = new(true, false, "");

    public static readonly HandlerResult SuccessWithHandOver = new(true, true, "");

    public static HandlerResult Failure(string error) => new(false, false, error);
}
