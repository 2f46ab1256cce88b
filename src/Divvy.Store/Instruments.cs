using Divvy.Store.Failpoints;
using Divvy.Store.Metrics;

namespace Divvy.Store;

/// <summary>What watches a member at work, and what disturbs it in tests.</summary>
internal sealed record Instruments(StoreMetrics Metrics, MemberFailpoints Points);
