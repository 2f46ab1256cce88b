using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>One promise of a watch. Stateless.</summary>
internal interface IWatchRule
{
    /// <summary>As violations name it.</summary>
    string Name { get; }

    /// <summary>Every place where the watch breaks it.</summary>
    IEnumerable<(string Message, TimeSpan At)> Check(WatchHistory watch, EventLog log);
}
