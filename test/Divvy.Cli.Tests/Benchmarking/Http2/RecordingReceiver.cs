using System.Text;
using Divvy.Cli.Benchmarking.Http2;

namespace Divvy.Cli.Tests.Benchmarking.Http2;

/// <summary>Keeps what a call brought.</summary>
internal sealed class RecordingReceiver : ICallReceiver
{
    public List<string> Messages { get; } = [];

    public CallStatus? Status { get; private set; }

    public void OnMessage(ReadOnlySpan<byte> message) => Messages.Add(Encoding.UTF8.GetString(message));

    public void OnEnd(CallStatus status) => Status = status;
}
