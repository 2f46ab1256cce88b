using Divvy.Histories.Linearizability;

namespace Divvy.Histories.Tests.Linearizability;

/// <summary>A history by hand; instants are milliseconds.</summary>
internal sealed class RegisterHistory
{
    public List<Operation<RegisterCall, RegisterAnswer>> Operations { get; } = [];

    public RegisterHistory Write(int client, int value, double from, double to, string name = "x") =>
        Add(client, new RegisterCall(value, name), from, new RegisterAnswer(), to);

    public RegisterHistory Read(int client, int value, double from, double to, string name = "x") =>
        Add(client, new RegisterCall(Name: name), from, new RegisterAnswer(value), to);

    public RegisterHistory LostWrite(int client, int value, double from) => Add(client, new RegisterCall(value), from, null, null);

    public RegisterHistory SeenWrite(int client, int value, double from) =>
        Add(client, new RegisterCall(value), from, new RegisterAnswer(), null);

    public CheckResult Check(CheckOptions? options = null) =>
        LinearizabilityChecker.Check(new Register(), Operations, options);

    private RegisterHistory Add(int client, RegisterCall input, double from, RegisterAnswer? output, double? to)
    {
        Operations.Add(new Operation<RegisterCall, RegisterAnswer>(
            client, input, TimeSpan.FromMilliseconds(from), output, to is { } end ? TimeSpan.FromMilliseconds(end) : null));
        return this;
    }
}
