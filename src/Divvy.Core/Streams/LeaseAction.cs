namespace Divvy.Core.Streams;

/// <summary>What a <see cref="LeaseMachine"/> wants done.</summary>
public abstract record LeaseAction
{
    private LeaseAction()
    {
    }

    /// <summary>Read all leases and beats; answer by <see cref="LeaseMachine.See"/> or
    /// <see cref="LeaseMachine.ReadFailed"/>.</summary>
    public sealed record ReadTable : LeaseAction;

    /// <summary>Read one lease; answer by <see cref="LeaseMachine.SeeRow"/> or
    /// <see cref="LeaseMachine.RowReadFailed"/>.</summary>
    public sealed record ReadLease(string Key) : LeaseAction;

    /// <summary>Show that this worker lives.</summary>
    public sealed record Beat(long Count, bool IsLeaving) : LeaseAction;

    /// <summary>Make a conditional write; answer by <see cref="LeaseMachine.Completed"/>.</summary>
    public sealed record Write(LeaseWrite Change) : LeaseAction;

    /// <summary>The holder has the lease from now on.</summary>
    /// <param name="Row">The row as it was taken.</param>
    /// <param name="Term">Names this holding in calls to the machine.</param>
    public sealed record Grant(StreamLease Row, long Term) : LeaseAction;

    /// <summary>The holder is to finish; answer by <see cref="LeaseMachine.Yielded"/>.</summary>
    public sealed record Yield(string Key, long Term) : LeaseAction;

    /// <summary>The holder has it no more, and nothing it does counts.</summary>
    public sealed record Lose(string Key, long Term, string Reason) : LeaseAction;

    /// <summary>The holding came to its end in order: handed over, released or finished.</summary>
    public sealed record End(string Key, long Term) : LeaseAction;
}
