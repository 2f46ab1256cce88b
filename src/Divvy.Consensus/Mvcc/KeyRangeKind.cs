namespace Divvy.Consensus.Mvcc;

public enum KeyRangeKind
{
    Single,
    Interval,
    From,
}
