using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Divvy.Rpc.Listening;

namespace Divvy.Rpc.Tests.Listening;

public sealed class ConnectionPrefaceTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("P", null)]
    [InlineData("PR", null)]
    [InlineData("PRI", true)]
    [InlineData("PRI * HTTP/2.0", true)]
    [InlineData("G", false)]
    [InlineData("PO", false)]
    [InlineData("PRO", false)]
    [InlineData("pri", false)]
    public void Match_FirstBytes_DecidesAsSoonAsItCan(string bytes, bool? expected) =>
        ConnectionPreface.Match(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(bytes))).ShouldBe(expected);

    [Theory]
    [InlineData("PRI", true)]
    [InlineData("PRO", false)]
    [InlineData("PR", false)]
    public async Task PeekAsync_BytesOneByOne_LeavesThemAllToTheNextReader(string bytes, bool expected)
    {
        // Inline: the peek has seen each byte before the next one is written.
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var peek = ConnectionPreface.PeekAsync(pipe.Reader, default).AsTask();
        foreach (var octet in Encoding.ASCII.GetBytes(bytes))
        {
            peek.IsCompleted.ShouldBeFalse();
            await pipe.Writer.WriteAsync(new[] { octet });
        }

        await pipe.Writer.CompleteAsync();
        (await Waiting.Or(peek, "the verdict")).ShouldBe(expected);
        var rest = await pipe.Reader.ReadAsync();
        Encoding.ASCII.GetString(rest.Buffer).ShouldBe(bytes);
    }
}
