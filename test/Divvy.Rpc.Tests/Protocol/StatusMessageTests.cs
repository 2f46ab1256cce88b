using Divvy.Rpc.Protocol;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Rpc.Tests.Protocol;

public sealed class StatusMessageTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain ~ text", "plain ~ text")]
    [InlineData("100%", "100%25")]
    [InlineData("a\r\nb", "a%0D%0Ab")]
    [InlineData("ä€", "%C3%A4%E2%82%AC")]
    [InlineData("\u007f", "%7F")]
    public void Encode_Text_KeepsPrintableAsciiAndEscapesTheRest(string text, string encoded)
    {
        StatusMessage.Encode(text).ShouldBe(encoded);
        StatusMessage.Decode(encoded).ShouldBe(text);
    }

    [Theory]
    [InlineData("50%", "50%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("%c3%a4", "ä")]
    public void Decode_BadEscapes_StayAsTheyAre(string encoded, string text) =>
        StatusMessage.Decode(encoded).ShouldBe(text);

    [Fact]
    public void Decode_OfEncode_IsTheText()
    {
        // Lone surrogates are no text; everything else is.
        var texts = ArbMap.Default.GeneratorFor<string?>()
            .Select(text => string.Concat((text ?? "").Where(c => !char.IsSurrogate(c))));
        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            var encoded = StatusMessage.Encode(text);
            encoded.ShouldAllBe(c => c >= ' ' && c <= '~');
            StatusMessage.Decode(encoded).ShouldBe(text);
        }).QuickCheckThrowOnFailure();
    }
}
