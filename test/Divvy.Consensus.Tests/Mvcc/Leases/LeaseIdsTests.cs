using Divvy.Consensus.Mvcc.Leases;

namespace Divvy.Consensus.Tests.Mvcc.Leases;

public sealed class LeaseIdsTests
{
    [Fact]
    public void Next_ManyTimesOverStartsAndMembers_IsPositiveAndNeverRepeats()
    {
        var ids = new HashSet<long>();
        var dice = new Random(1);
        foreach (var member in new ulong[] { 1, 2, 0x7FFF })
        {
            for (var start = 0; start < 10; start++)
            {
                var source = new LeaseIds(member, (ulong)dice.NextInt64());
                for (var number = 0; number < 2000; number++)
                {
                    var id = source.Next();
                    id.ShouldBeGreaterThan(0);
                    ids.Add(id).ShouldBeTrue();
                }
            }
        }
    }

    [Fact]
    public void Next_AtTheEndOfTheNumbers_PassesOverZero()
    {
        var source = new LeaseIds(0, 0xFFFF_FFFF_FFFF);
        for (var number = 0; number < 600; number++)
            source.Next().ShouldBeGreaterThan(0);
    }
}
