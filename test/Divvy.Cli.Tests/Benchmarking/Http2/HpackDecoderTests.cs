using Divvy.Cli.Benchmarking.Http2;

namespace Divvy.Cli.Tests.Benchmarking.Http2;

/// <summary>The examples of RFC 7541, appendix C.</summary>
public sealed class HpackDecoderTests
{
    [Fact] // C.2.1
    public void Decode_LiteralWithIndexing_EntersTheTable()
    {
        var decoder = new HpackDecoder();

        Decode(decoder, "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572")
            .ShouldBe(["custom-key: custom-header"]);
        decoder.TableSize.ShouldBe(55);
    }

    [Theory] // C.2.2, C.2.3, C.2.4
    [InlineData("040c 2f73 616d 706c 652f 7061 7468", ":path: /sample/path")]
    [InlineData("1008 7061 7373 776f 7264 0673 6563 7265 74", "password: secret")]
    [InlineData("82", ":method: GET")]
    public void Decode_FieldThatIsNotIndexed_LeavesTheTableAlone(string block, string expected)
    {
        var decoder = new HpackDecoder();

        Decode(decoder, block).ShouldBe([expected]);
        decoder.TableSize.ShouldBe(0);
    }

    [Theory] // C.3 without, C.4 with Huffman code
    [InlineData(
        "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "8286 84be 5808 6e6f 2d63 6163 6865",
        "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65")]
    [InlineData(
        "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
        "8286 84be 5886 a8eb 1064 9cbf",
        "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf")]
    public void Decode_RequestsOfOneConnection_ShareTheTable(string first, string second, string third)
    {
        var decoder = new HpackDecoder();

        Decode(decoder, first).ShouldBe(
            [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"]);
        decoder.TableSize.ShouldBe(57);
        Decode(decoder, second).ShouldBe(
        [
            ":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache",
        ]);
        decoder.TableSize.ShouldBe(110);
        Decode(decoder, third).ShouldBe(
        [
            ":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com",
            "custom-key: custom-value",
        ]);
        Table(decoder).ShouldBe(
            ["custom-key: custom-value", "cache-control: no-cache", ":authority: www.example.com"]);
        decoder.TableSize.ShouldBe(164);
    }

    [Theory] // C.5 without, C.6 with Huffman code: a table of 256 octets, from which entries are evicted
    [InlineData(
        "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 "
            + "474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "4803 3330 37c1 c0bf",
        "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 "
            + "666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 "
            + "3630 303b 2076 6572 7369 6f6e 3d31")]
    [InlineData(
        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 "
            + "63c7 8f0b 97c8 e9ae 82ae 43d3",
        "4883 640e ffc1 c0bf",
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 "
            + "b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07")]
    public void Decode_TableOfALimitedSize_EvictsTheOldest(string first, string second, string third)
    {
        var decoder = new HpackDecoder(256);

        Decode(decoder, first).ShouldBe(
        [
            ":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
            "location: https://www.example.com",
        ]);
        Decode(decoder, second)[0].ShouldBe(":status: 307");
        Table(decoder).ShouldBe(
        [
            ":status: 307", "location: https://www.example.com", "date: Mon, 21 Oct 2013 20:13:21 GMT",
            "cache-control: private",
        ]);
        Decode(decoder, third).ShouldBe(
        [
            ":status: 200", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:22 GMT",
            "location: https://www.example.com", "content-encoding: gzip",
            "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
        ]);
        decoder.TableSize.ShouldBe(215);
    }

    [Theory]
    [InlineData("80", "the index zero")]
    [InlineData("be", "an entry that is not there")]
    [InlineData("40", "the end inside a field")]
    [InlineData("000a 6162", "a string longer than the block")]
    [InlineData("ff ffff ffff ff0f", "an integer without end")]
    [InlineData("3fe2 1f", "a table larger than was allowed")]
    [InlineData("0081 0001 61", "wrong padding of a Huffman code")]
    [InlineData("0084 ffff ffff 0161", "the end-of-string symbol")]
    public void Decode_MalformedBlock_IsRefused(string block, string why) =>
        Should.Throw<Http2Exception>(() => Decode(new HpackDecoder(), block), why);

    [Fact]
    public void Decode_ResizeToZero_EmptiesTheTable()
    {
        var decoder = new HpackDecoder();
        Decode(decoder, "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572");

        Decode(decoder, "20").ShouldBeEmpty();

        decoder.TableSize.ShouldBe(0);
    }

    [Fact]
    public void Encoder_WhatItWrites_DecodesToTheSameAndGetsShort()
    {
        HeaderField[] constant =
        [
            new(":method", "POST"), new(":authority", "127.0.0.1:2379"), new("te", "trailers"), new("token", "a.1"),
        ];
        var encoder = new HpackEncoder(constant);
        var decoder = new HpackDecoder();
        string[] expected = [.. constant.Select(Text)];

        for (var round = 0; round < 3; round++)
        {
            foreach (var path in (string[])["/etcdserverpb.KV/Put", "/etcdserverpb.KV/Range"])
            {
                var block = encoder.Encode(path).ToArray();
                Decode(decoder, Convert.ToHexString(block)).ShouldBe([$":path: {path}", .. expected]);
                if (round > 0)
                    block.Length.ShouldBe(constant.Length + 1);
            }
        }
    }

    [Fact]
    public void Encoder_ServerWithoutATable_SendsLiterals()
    {
        var encoder = new HpackEncoder([new("te", "trailers")]);
        var decoder = new HpackDecoder();
        Decode(decoder, Convert.ToHexString(encoder.Encode("/a")));

        encoder.SetTableLimit(0);

        for (var round = 0; round < 2; round++)
        {
            Decode(decoder, Convert.ToHexString(encoder.Encode("/a"))).ShouldBe([":path: /a", "te: trailers"]);
            decoder.TableSize.ShouldBe(0);
        }
    }

    private static List<string> Decode(HpackDecoder decoder, string hex)
    {
        var fields = new List<string>();
        decoder.Decode(Convert.FromHexString(hex.Replace(" ", "")), field => fields.Add(Text(field)));
        return fields;
    }

    private static IEnumerable<string> Table(HpackDecoder decoder) => decoder.DynamicTable.Select(Text);

    private static string Text(HeaderField field) => $"{field.Name}: {field.Value}";
}
