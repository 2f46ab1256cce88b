namespace Divvy.Streams.Consuming;

/// <summary>Where the leases of an application are kept.</summary>
public enum LeaseStoreKind
{
    /// <summary>In the Java KCL's DynamoDB table: every worker polls and takes. Workers of the Java KCL can share it.
    /// </summary>
    Table,

    /// <summary>With the distributor: its controller assigns and tells, nobody polls.</summary>
    Distributor,
}
