using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Divvy.Core.Streams;

namespace Divvy.Streams.Leases.Table;

/// <summary>A <see cref="LeaseWrite"/> in DynamoDB's language: sets and removes the attributes that differ, on the
/// condition that the row is as it was read.</summary>
internal sealed class LeaseUpdate
{
    private readonly List<string> sets = [];
    private readonly List<string> removes = [];
    private readonly List<string> conditions = [$"attribute_exists({LeaseRow.Key})"];
    private readonly Dictionary<string, AttributeValue> values = new(StringComparer.Ordinal);

    private LeaseUpdate(LeaseWrite write)
    {
        var (before, after) = (write.Before, write.After);
        if (write.GuardsCounter)
            conditions.Add($"{LeaseRow.Counter} = {Value(LeaseRow.Of(before.Counter))}");
        Expect(LeaseRow.Owner, before.Owner);
        Expect(LeaseRow.YieldingOwner, before.YieldingOwner);
        if (before.Counter != after.Counter)
            Set(LeaseRow.Counter, LeaseRow.Of(after.Counter));
        if (before.Owner != after.Owner)
            Set(LeaseRow.Owner, after.Owner is { } owner ? new AttributeValue { S = owner } : null);
        if (before.YieldingOwner != after.YieldingOwner)
            Set(LeaseRow.YieldingOwner, after.YieldingOwner is { } next ? new AttributeValue { S = next } : null);
        if (before.OwnerSwitchesSinceCheckpoint != after.OwnerSwitchesSinceCheckpoint)
            Set(LeaseRow.OwnerSwitches, LeaseRow.Of(after.OwnerSwitchesSinceCheckpoint));
        if (before.Checkpoint != after.Checkpoint)
        {
            Set(LeaseRow.Checkpoint, new AttributeValue { S = after.Checkpoint.SequenceNumber });
            Set(LeaseRow.CheckpointSub, LeaseRow.Of(after.Checkpoint.SubSequenceNumber));
        }

        if (before.PendingCheckpoint != after.PendingCheckpoint)
        {
            Set(LeaseRow.Pending, after.PendingCheckpoint is { } pending
                ? new AttributeValue { S = pending.SequenceNumber }
                : null);
            Set(LeaseRow.PendingSub, after.PendingCheckpoint is { } sub ? LeaseRow.Of(sub.SubSequenceNumber) : null);
        }

        if (!before.PendingState.AsSpan().SequenceEqual(after.PendingState.AsSpan()))
        {
            Set(LeaseRow.PendingState, after.PendingState.IsEmpty
                ? null
                : new AttributeValue { B = new MemoryStream([.. after.PendingState]) });
        }

        if (!before.Children.SequenceEqual(after.Children) && after.Children.Length > 0)
            Set(LeaseRow.Children, LeaseRow.Of(after.Children));
    }

    /// <summary>The request that makes a write.</summary>
    public static UpdateItemRequest Of(LeaseWrite write, string table)
    {
        var update = new LeaseUpdate(write);
        var expression = update.sets.Count > 0 ? $"SET {string.Join(", ", update.sets)}" : "";
        if (update.removes.Count > 0)
            expression += $" REMOVE {string.Join(", ", update.removes)}";
        return new UpdateItemRequest
        {
            TableName = table,
            Key = new Dictionary<string, AttributeValue> { [LeaseRow.Key] = new() { S = write.Key } },
            UpdateExpression = expression.Trim(),
            ConditionExpression = string.Join(" AND ", update.conditions),
            ExpressionAttributeValues = update.values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }

    private void Expect(string attribute, string? value) => conditions.Add(value is null
        ? $"attribute_not_exists({attribute})"
        : $"{attribute} = {Value(new AttributeValue { S = value })}");

    private void Set(string attribute, AttributeValue? value)
    {
        if (value is null)
            removes.Add(attribute);
        else
            sets.Add($"{attribute} = {Value(value)}");
    }

    private string Value(AttributeValue value)
    {
        var name = $":v{values.Count}";
        values.Add(name, value);
        return name;
    }
}
