using Divvy.Cli.Output;

namespace Divvy.Cli.Tests.Output;

public sealed class TextTableTests
{
    [Fact]
    public void WriteTo_MixedColumns_AlignsTextLeftAndNumbersRight()
    {
        var writer = new StringWriter { NewLine = "\n" };

        new TextTable("shard", "generation", "owner").Add("s1", 9, "instance-1").Add("s10", 10, null).WriteTo(writer);

        writer.ToString().ShouldBe("""
            shard  generation  owner
            s1              9  instance-1
            s10            10  -

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Add_WrongNumberOfCells_Throws() =>
        Should.Throw<ArgumentException>(() => new TextTable("one").Add("a", "b"));
}
