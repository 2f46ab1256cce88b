using Divvy.Rpc.Etcd;
using static Divvy.Store.Tests.Conformance.Api;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Watches: what is heard, in what form, from where.</summary>
public abstract class WatchConformance(IServer server)
{
    private readonly Api api = new(server.Channel);

    [ConformanceFact]
    public async Task Create_WithoutId_IsAnsweredWithTheNextNumber()
    {
        await using var watch = await WatchClient.OpenAsync(api.Channel);

        var first = await watch.CreateAsync(Key("w/id"));
        var second = await watch.CreateAsync(Key("w/id"));
        var chosen = await watch.CreateAsync(Key("w/id", request => request.WatchId = 77));

        first.Created.ShouldBeTrue();
        first.WatchId.ShouldBe(0);
        second.WatchId.ShouldBe(1);
        chosen.WatchId.ShouldBe(77);
        first.Header.Revision.ShouldBe(await api.RevisionAsync());
    }

    [ConformanceFact]
    public async Task Create_IdInUse_IsRefused()
    {
        await using var watch = await WatchClient.OpenAsync(api.Channel);
        await watch.CreateAsync(Key("w/dup", request => request.WatchId = 5));

        var refused = await watch.CreateAsync(Key("w/dup", request => request.WatchId = 5));

        refused.Created.ShouldBeTrue();
        refused.Canceled.ShouldBeTrue();
        refused.WatchId.ShouldBe(-1);
        refused.CancelReason.ShouldBe("mvcc: duplicate watch ID provided on the WatchStream");
    }

    [ConformanceFact]
    public async Task Create_EmptyRange_IsRefused()
    {
        await using var watch = await WatchClient.OpenAsync(api.Channel);

        var refused = await watch.CreateAsync(
            new WatchCreateRequest { Key = Bytes("w/b"), RangeEnd = Bytes("w/a") });

        refused.Created.ShouldBeTrue();
        refused.Canceled.ShouldBeTrue();
        refused.WatchId.ShouldBe(-1);
        refused.CancelReason.ShouldBe("mvcc: watcher range is empty");
    }

    [ConformanceFact]
    public async Task Watch_PutAndDelete_AreHeardWithTheRevision()
    {
        await using var watch = await WatchClient.OpenAsync(api.Channel);
        await watch.CreateAsync(Key("w/pd"));

        var put = await api.PutAsync("w/pd", "1");
        await api.PutAsync("w/pd2", "other");
        var deleted = (await api.DeleteAsync(NewDelete("w/pd"))).Header.Revision;

        var first = await watch.ReadAsync("the put");
        var second = await watch.ReadAsync("the deletion");
        first.WatchId.ShouldBe(0);
        first.Header.Revision.ShouldBe(put);
        first.Events.Single().Type.ShouldBe(Event.Types.EventType.Put);
        first.Events.Single().Kv.Version.ShouldBe(1);
        second.Events.Single().Type.ShouldBe(Event.Types.EventType.Delete);
        second.Events.Single().Kv.ShouldBe(new KeyValue { Key = Bytes("w/pd"), ModRevision = deleted });
    }

    [ConformanceFact]
    public async Task Watch_EmptyKeyToTheEnd_HearsEverything()
    {
        await using var watch = await WatchClient.OpenAsync(api.Channel);
        await watch.CreateAsync(new WatchCreateRequest { RangeEnd = Bytes("\0") });

        await api.PutAsync("w/any", "1");

        (await watch.EventsAsync(1)).Single().Kv.Key.ShouldBe(Bytes("w/any"));
    }

    [ConformanceFact]
    public async Task Watch_Txn_ComesInOneMessageInOrder()
    {
        await using var watch = await WatchClient.OpenAsync(api.Channel);
        await watch.CreateAsync(Prefix("w/txn/"));
        await api.PutAsync("w/txn/b", "0");
        await watch.EventsAsync(1);

        await api.TxnAsync(new TxnRequest
        {
            Success = { Op(NewPut("w/txn/c", "1")), Op(NewDelete("w/txn/b")), Op(NewPut("w/txn/a", "1")) },
        });

        var message = await watch.ReadAsync("the transaction");
        message.Events.Select(change => change.Kv.Key.ToStringUtf8()).ShouldBe(["w/txn/c", "w/txn/b", "w/txn/a"]);
    }

    [ConformanceFact]
    public async Task Watch_PrevKv_CarriesWhatWasThere()
    {
        await api.PutAsync("w/prev", "1");
        await using var watch = await WatchClient.OpenAsync(api.Channel);
        await watch.CreateAsync(Key("w/prev", request => request.PrevKv = true));

        await api.PutAsync("w/prev", "2");
        await api.DeleteAsync(NewDelete("w/prev"));
        await api.PutAsync("w/prev", "3");

        var events = await watch.EventsAsync(3);
        events[0].PrevKv.Value.ToStringUtf8().ShouldBe("1");
        events[1].PrevKv.Value.ToStringUtf8().ShouldBe("2");
        events[2].PrevKv.ShouldBeNull();
    }

    [ConformanceFact]
    public async Task Watch_DeletedAndCreatedInOneTransaction_HasNoPrevKv()
    {
        await api.PutAsync("w/recreated", "1");
        await using var watch = await WatchClient.OpenAsync(api.Channel);
        await watch.CreateAsync(Key("w/recreated", request => request.PrevKv = true));

        await api.TxnAsync(new TxnRequest
        {
            Success =
            {
                Op(new DeleteRangeRequest { Key = Bytes("w/recreated"), RangeEnd = Bytes("\0") }),
                Op(NewPut("w/recreated", "2")),
            },
        });

        var events = await watch.EventsAsync(2);
        events[0].PrevKv.Value.ToStringUtf8().ShouldBe("1");
        events[1].Kv.Version.ShouldBe(1);
        events[1].PrevKv.ShouldBeNull();
    }

    [ConformanceFact]
    public async Task Watch_Filters_LeaveTheirKindOut()
    {
        await using var watch = await WatchClient.OpenAsync(api.Channel);
        await watch.CreateAsync(Key("w/fil", request =>
            request.Filters.Add(WatchCreateRequest.Types.FilterType.Noput)));
        await watch.CreateAsync(Key("w/fil", request =>
            request.Filters.Add(WatchCreateRequest.Types.FilterType.Nodelete)));

        await api.PutAsync("w/fil", "1");
        await api.DeleteAsync(NewDelete("w/fil"));

        var messages = new[] { await watch.ReadAsync("one kind"), await watch.ReadAsync("the other kind") };
        messages.Single(message => message.WatchId == 0).Events.Single().Type.ShouldBe(Event.Types.EventType.Delete);
        messages.Single(message => message.WatchId == 1).Events.Single().Type.ShouldBe(Event.Types.EventType.Put);
    }

    [ConformanceFact]
    public async Task Watch_FromThePast_HearsAllSince()
    {
        var first = await api.PutAsync("w/past", "1");
        await api.PutAsync("w/past", "2");
        await api.DeleteAsync(NewDelete("w/past"));
        await using var watch = await WatchClient.OpenAsync(api.Channel);

        await watch.CreateAsync(Key("w/past", request =>
        {
            request.StartRevision = first;
            request.PrevKv = true;
        }));
        var history = await watch.EventsAsync(3);
        await api.PutAsync("w/past", "3");

        history.Select(change => change.Kv.ModRevision).ShouldBe([first, first + 1, first + 2]);
        history[1].PrevKv.Value.ToStringUtf8().ShouldBe("1");
        (await watch.EventsAsync(1)).Single().Kv.Value.ToStringUtf8().ShouldBe("3");
    }

    [ConformanceFact]
    public async Task Watch_LongPast_IsHeardInOrderWithoutGaps()
    {
        var first = await api.RevisionAsync() + 1;
        for (var put = 0; put < 2500; put++)
            await api.PutAsync($"w/long/{put % 7}", $"{put}");
        await using var watch = await WatchClient.OpenAsync(api.Channel);

        await watch.CreateAsync(Prefix("w/long/", request => request.StartRevision = first));

        var events = await watch.EventsAsync(2500);
        events.Select(change => change.Kv.Value.ToStringUtf8())
            .ShouldBe(Enumerable.Range(0, 2500).Select(put => $"{put}"));
    }

    [ConformanceFact]
    public async Task Watch_FromTheFuture_HearsNothingBefore()
    {
        var current = await api.RevisionAsync();
        await using var watch = await WatchClient.OpenAsync(api.Channel);
        await watch.CreateAsync(Key("w/fut", request => request.StartRevision = current + 2));

        await api.PutAsync("w/fut", "1");
        await api.PutAsync("w/fut", "2");

        (await watch.EventsAsync(1)).Single().Kv.Value.ToStringUtf8().ShouldBe("2");
    }

    [ConformanceFact]
    public async Task Watch_CompactedStart_IsCanceledWithTheRevision()
    {
        var first = await api.PutAsync("w/comp", "1");
        await api.PutAsync("w/comp", "2");
        var third = await api.PutAsync("w/comp", "3");
        await api.CompactAsync(third);
        await using var watch = await WatchClient.OpenAsync(api.Channel);

        var created = await watch.CreateAsync(Key("w/comp", request => request.StartRevision = first));
        var canceled = await watch.ReadAsync("the cancellation");

        created.Created.ShouldBeTrue();
        created.Canceled.ShouldBeFalse();
        canceled.Canceled.ShouldBeTrue();
        canceled.CompactRevision.ShouldBe(third);
        canceled.WatchId.ShouldBe(0);
        canceled.Events.ShouldBeEmpty();
    }

    [ConformanceFact]
    public async Task Watch_FromTheCompactedRevisionItself_HearsIt()
    {
        await api.PutAsync("w/edge", "1");
        var second = await api.PutAsync("w/edge", "2");
        await api.CompactAsync(second);
        await using var watch = await WatchClient.OpenAsync(api.Channel);

        await watch.CreateAsync(Key("w/edge", request =>
        {
            request.StartRevision = second;
            request.PrevKv = true;
        }));

        var change = (await watch.EventsAsync(1)).Single();
        change.Kv.Value.ToStringUtf8().ShouldBe("2");
        change.PrevKv.ShouldBeNull("it was compacted");
    }

    [ConformanceFact]
    public async Task Cancel_Known_IsAnsweredAndEndsTheWatch()
    {
        await using var watch = await WatchClient.OpenAsync(api.Channel);
        await watch.CreateAsync(Key("w/can"));
        await watch.CreateAsync(Key("w/can"));

        await watch.CancelAsync(404);
        await watch.CancelAsync(0);
        var canceled = await watch.ReadAsync("the answer to the cancel");
        await api.PutAsync("w/can", "1");

        canceled.Canceled.ShouldBeTrue();
        canceled.WatchId.ShouldBe(0);
        canceled.CompactRevision.ShouldBe(0);
        (await watch.ReadAsync("the put")).WatchId.ShouldBe(1);
    }

    [ConformanceFact]
    public async Task Progress_AllSynced_IsAnsweredForAll()
    {
        await using var watch = await WatchClient.OpenAsync(api.Channel);
        await watch.CreateAsync(Key("w/prog"));
        await api.PutAsync("w/elsewhere", "1");
        var revision = await api.PutAsync("w/prog", "1");
        await watch.EventsAsync(1);

        await watch.RequestProgressAsync();

        var progress = await watch.ReadAsync("the progress");
        progress.WatchId.ShouldBe(-1);
        progress.Header.Revision.ShouldBe(revision);
        progress.Events.ShouldBeEmpty();
    }

    [ConformanceFact]
    public async Task Watch_LargeRevision_IsCutOnlyForThoseWhoAsked()
    {
        await using var cut = await WatchClient.OpenAsync(api.Channel);
        await cut.CreateAsync(Prefix("w/frag/", request =>
        {
            request.Fragment = true;
            request.PrevKv = true;
        }));
        await using var whole = await WatchClient.OpenAsync(api.Channel);
        await whole.CreateAsync(Prefix("w/frag/", request => request.PrevKv = true));
        var large = new TxnRequest();
        for (var put = 0; put < 12; put++)
            large.Success.Add(Op(NewPut($"w/frag/{put:D2}", new string('x', 100_000))));
        await api.TxnAsync(large);
        (await cut.ReadAsync("the puts")).Fragment.ShouldBeFalse("1.2 MB is below the limit");

        await api.TxnAsync(large);

        var fragments = new List<WatchResponse>();
        do
            fragments.Add(await cut.ReadAsync("a fragment"));
        while (fragments[^1].Fragment);
        fragments.Count.ShouldBeGreaterThan(1);
        fragments.Sum(fragment => fragment.Events.Count).ShouldBe(12);
        (await whole.EventsAsync(12)).Count.ShouldBe(12);
        (await whole.ReadAsync("the second transaction")).Events.Count.ShouldBe(12);
    }

    private static WatchCreateRequest Key(string key, Action<WatchCreateRequest>? more = null)
    {
        var request = new WatchCreateRequest { Key = Bytes(key) };
        more?.Invoke(request);
        return request;
    }

    private static WatchCreateRequest Prefix(string prefix, Action<WatchCreateRequest>? more = null)
    {
        var request = new WatchCreateRequest { Key = Bytes(prefix), RangeEnd = PrefixEnd(prefix) };
        more?.Invoke(request);
        return request;
    }
}
