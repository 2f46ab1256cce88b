using Divvy.Cli.Benchmarking.Http2;

namespace Divvy.Cli.Benchmarking.Watching;

/// <summary>Reads the few fields of a WatchResponse that a load needs, and hands out the values of its events.
/// </summary>
internal ref struct WatchResponseReader
{
    private const int CreatedField = 3;
    private const int CanceledField = 4;
    private const int ReasonField = 6;
    private const int EventsField = 11;
    private const int EventKvField = 2;
    private const int KvValueField = 5;

    private ProtoReader events;

    /// <exception cref="Http2Exception">It is no WatchResponse.</exception>
    public WatchResponseReader(ReadOnlySpan<byte> message)
    {
        events = new ProtoReader(message);
        var fields = new ProtoReader(message);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case CreatedField:
                    IsCreated = fields.Number != 0;
                    break;
                case CanceledField:
                    IsCanceled = fields.Number != 0;
                    break;
                case ReasonField:
                    CancelReason = System.Text.Encoding.UTF8.GetString(fields.Octets);
                    break;
            }
        }
    }

    public bool IsCreated { get; }

    public bool IsCanceled { get; }

    public string CancelReason { get; } = "";

    /// <summary>The value of the present event's key.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Goes to the next event; false at the end.</summary>
    public bool NextEvent()
    {
        while (events.Next())
        {
            if (events.Field != EventsField)
                continue;
            Value = Find(Find(events.Octets, EventKvField), KvValueField);
            return true;
        }

        return false;
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> message, int field)
    {
        var fields = new ProtoReader(message);
        while (fields.Next())
        {
            if (fields.Field == field)
                return fields.Octets;
        }

        return [];
    }
}
