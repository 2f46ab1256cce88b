using System.Buffers;
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
}
