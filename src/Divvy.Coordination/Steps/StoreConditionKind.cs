namespace Divvy.Coordination.Steps;

/// <summary>What a <see cref="StoreCondition"/> looks at.</summary>
internal enum StoreConditionKind
{
    ModRevisionIs,
    CreateRevisionIs,
    LeaseIs,
    LeaseIsNot,
}
