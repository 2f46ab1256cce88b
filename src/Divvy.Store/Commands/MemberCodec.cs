using System.Collections.Immutable;
using Divvy.Consensus.Raft;
using Divvy.Consensus.State;
using Divvy.Store.Packing;

namespace Divvy.Store.Commands;

/// <summary>Members to bytes and back.</summary>
internal static class MemberCodec
{
    public static void Write(PackedWriter writer, MemberRecord member)
    {
        writer.Fixed(member.Id.Value);
        writer.Text(member.Name);
        WriteTexts(writer, member.PeerUrls);
        WriteTexts(writer, member.ClientUrls);
    }

    public static MemberRecord Read(ref PackedReader reader) =>
        new(new NodeId(reader.Fixed()), reader.Text(), ReadTexts(ref reader), ReadTexts(ref reader));

    public static void WriteTexts(PackedWriter writer, ImmutableArray<string> texts)
    {
        writer.Count(texts.Length);
        foreach (var text in texts)
            writer.Text(text);
    }

    public static ImmutableArray<string> ReadTexts(ref PackedReader reader)
    {
        var texts = ImmutableArray.CreateBuilder<string>(reader.Count());
        for (var i = texts.Capacity; i > 0; i--)
            texts.Add(reader.Text());
        return texts.MoveToImmutable();
    }
}
