namespace Divvy.Store.Snapshots;

/// <summary>What a section of a snapshot holds. The numbers are on disk.</summary>
internal enum SectionKind : byte
{
    /// <summary>First: whose snapshot it is, and where in the log it stands.</summary>
    Head = 1,
    Members = 2,
    Alarms = 3,
    Auth = 4,

    /// <summary>A part of the key-value store's export; there are many, in order.</summary>
    Data = 5,

    /// <summary>Last: nothing was cut off.</summary>
    End = 9,
}
