using Divvy.Consensus.State;

namespace Divvy.Store.Replication;

/// <summary>A snapshot that came from a leader and was read: nothing is wrong with it.</summary>
/// <param name="Path">Its file, which has no snapshot's name yet.</param>
/// <param name="State">What it holds.</param>
internal sealed record ReceivedSnapshot(string Path, StateMachine State);
