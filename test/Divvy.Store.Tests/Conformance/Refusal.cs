using Divvy.Rpc;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Checks that a call is refused as etcd would: with the code and the text to the letter.</summary>
public static class Refusal
{
    public static async Task ShouldBeRefusedAsync(this Task call, RpcStatusCode code, string text)
    {
        var refusal = await Should.ThrowAsync<RpcException>(() => call);
        refusal.Detail.ShouldBe(text);
        refusal.Code.ShouldBe(code);
    }
}
