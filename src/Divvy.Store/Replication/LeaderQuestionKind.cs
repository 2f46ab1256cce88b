namespace Divvy.Store.Replication;

/// <summary>What a leader can be asked. The numbers go between members.</summary>
internal enum LeaderQuestionKind : byte
{
    Renew = 1,
    LeaseState = 2,
    AddMember = 3,
    RemoveMember = 4,
    PromoteMember = 5,
}
