namespace Divvy.Cli.Processes;

/// <summary>Ends a supervised process with its supervisor: the supervisor holds the other end of the standard input,
/// and however it ends, the kernel closes it.</summary>
internal static class ParentWatch
{
    /// <summary>Calls back when the standard input ends. Reads on a background thread: a read of the standard input
    /// cannot be cancelled, and must not keep the process alive.</summary>
    public static void OnGone(Stream input, Action gone)
    {
        var thread = new Thread(() =>
        {
            Span<byte> buffer = stackalloc byte[256];
            try
            {
                while (input.Read(buffer) > 0)
                {
                    // Nothing is said over the standard input: only its end matters.
                }
            }
            catch (IOException)
            {
                // A broken pipe is an end as well.
            }
            gone();
        })
        {
            IsBackground = true,
            Name = "parent watch",
        };
        thread.Start();
    }
}
