namespace Divvy.Consensus.Mvcc;

/// <summary>How a request ended. Every value but <see cref="Ok"/> left the store as it was. The same log gives the
/// same outcomes on every member.</summary>
public enum MvccOutcome
{
    Ok,

    /// <summary>A request without a key.</summary>
    KeyNotProvided,

    /// <summary>ignore_value or ignore_lease of a key that does not exist, or an empty operation in a
    /// transaction.</summary>
    KeyNotFound,

    /// <summary>ignore_value together with a value.</summary>
    ValueProvided,

    /// <summary>ignore_lease together with a lease.</summary>
    LeaseProvided,

    TooManyOperations,

    /// <summary>One branch of a transaction puts a key twice, or puts and deletes it.</summary>
    DuplicateKey,

    /// <summary>The revision was compacted.</summary>
    Compacted,

    /// <summary>The revision is not there yet.</summary>
    FutureRevision,

    LeaseNotFound,

    LeaseExists,

    LeaseTtlTooLarge,

    /// <summary>A member raised the alarm that its quota is used up.</summary>
    NoSpace,

    /// <summary>A member raised the alarm that members hold different data.</summary>
    Corrupt,
}
