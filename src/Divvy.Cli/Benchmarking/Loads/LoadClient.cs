using System.Diagnostics;
using Divvy.Cli.Benchmarking.Http2;

namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>One client of a load: a call, and when it has ended the next. It owns what it sends from and never
/// allocates on the way.</summary>
internal sealed class LoadClient : ICallReceiver
{
    private readonly LoadRun run;
    private readonly ChannelSlot slot;
    private readonly string path;
    private readonly IRequestMessage message;
    private readonly ClientStream stream;
    private long index;
    private long started;

    public LoadClient(LoadRun run, ChannelSlot slot, LoadOperation operation, int number)
    {
        this.run = run;
        this.slot = slot;
        path = operation.Path;
        message = operation.MessageOf(number);
        stream = new ClientStream(this);
    }

    /// <summary>Takes the next request of the run, if there is one.</summary>
    public void Next()
    {
        if (!run.TryTake(out index))
            run.OnClientDone();
        else if (run.Pacer is { } pacer)
            pacer.Enqueue(this);
        else
            Send();
    }

    /// <summary>Sends the request that was taken; waits for a connection if there is none.</summary>
    public void Send()
    {
        var request = message.For(index);
        started = Stopwatch.GetTimestamp();
        if (!slot.Channel.Start(stream, path, request))
            slot.Park(this);
    }

    /// <summary>The request that was taken ends without having been sent.</summary>
    public void Refuse(CallStatus status)
    {
        started = Stopwatch.GetTimestamp();
        OnEnd(status);
    }

    /// <summary>There is no way to the server any more; the request that was taken is lost.</summary>
    public void GiveUp(CallStatus status)
    {
        run.Recorder.Record(started, started, status);
        run.OnClientDone();
    }

    public void OnMessage(ReadOnlySpan<byte> message)
    {
        // A load measures when answers come, not what is in them.
    }

    public void OnEnd(CallStatus status)
    {
        run.Recorder.Record(started, Stopwatch.GetTimestamp(), status);
        Next();
    }
}
