namespace Divvy.Rpc.Server;

/// <summary>Why the token of a running handler was cancelled.</summary>
internal enum CancelReason
{
    None = 0,
    Deadline = 1,
    ClientGone = 2,
    ServerStopping = 3,
}
