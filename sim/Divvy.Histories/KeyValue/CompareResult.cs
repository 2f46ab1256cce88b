namespace Divvy.Histories.KeyValue;

/// <summary>How what is there must stand to what is given.</summary>
public enum CompareResult
{
    Equal,
    Greater,
    Less,
    NotEqual,
}
