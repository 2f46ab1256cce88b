using System.Runtime.CompilerServices;

namespace Divvy.Consensus.Raft;

/// <summary>What must be true or the member must stop: going on would spread the damage. Checked in production too; the
/// message is only built when the check fails.</summary>
internal static class Invariant
{
    public static void Check(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref Message message)
    {
        if (!holds)
            throw new InvalidOperationException("invariant broken: " + message.ToStringAndClear());
    }

    [InterpolatedStringHandler]
    public ref struct Message
    {
        private DefaultInterpolatedStringHandler text;

        public Message(int literalLength, int formattedCount, bool holds, out bool wanted)
        {
            wanted = !holds;
            if (wanted)
                text = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
        }

        public void AppendLiteral(string value) => text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => text.AppendFormatted(value);

        internal string ToStringAndClear() => text.ToStringAndClear();
    }
}
