namespace Divvy.Tidy.Tests;

/// <summary>References point one way (docs/ARCHITECTURE.md, Projects).</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Divvy.Core"] = [],
        ["Divvy.Consensus"] = ["Divvy.Core"],
        ["Divvy.Rpc"] = [],
        ["Divvy.Telemetry"] = [],
        ["Divvy.Store"] = ["Divvy.Consensus", "Divvy.Core", "Divvy.Rpc", "Divvy.Telemetry"],
        ["Divvy.Client"] = ["Divvy.Core", "Divvy.Rpc"],
        ["Divvy.Coordination"] = ["Divvy.Client", "Divvy.Core", "Divvy.Rpc", "Divvy.Telemetry"],
        ["Divvy.Streams"] = ["Divvy.Client", "Divvy.Core", "Divvy.Telemetry"],
        ["Divvy.Cli"] =
        [
            "Divvy.Client", "Divvy.Coordination", "Divvy.Core", "Divvy.Rpc", "Divvy.Store", "Divvy.Streams",
            "Divvy.Telemetry",
        ],
    };

    [Fact]
    public void ShippedProjects_References_PointOneWay()
    {
        foreach (var project in Repository.Projects.Where(project => project.IsShipped))
        {
            Allowed.ShouldContainKey(project.Name, $"{project.Name} is new: say in {nameof(ReferenceTests)} what it may refer to");
            project.References.Except(Allowed[project.Name])
                .ShouldBeEmpty($"{project.Path} refers to projects that it may not know");
        }
    }

    [Fact]
    public void PureProjects_Packages_AreAnalyzersOnly()
    {
        foreach (var project in Repository.Projects.Where(project => project.Name is "Divvy.Core" or "Divvy.Consensus"))
            project.Packages.ShouldBeEmpty($"{project.Path} is pure: it needs no package");
    }

    [Fact]
    public void EveryProject_Packages_TakeTheirVersionFromOnePlace()
    {
        foreach (var project in Repository.Projects)
        {
            project.Packages.Where(package => package.Version is not null)
                .ShouldBeEmpty($"{project.Path}: versions belong in Directory.Packages.props");
        }
    }

    [Fact]
    public void EveryProject_IsInTheSolution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Divvy.slnx"));
        foreach (var project in Repository.Projects)
            solution.ShouldContain(project.Path);
    }

    [Fact]
    public void EveryShippedProject_HasAReadme()
    {
        foreach (var project in Repository.Projects.Where(project => project.IsShipped))
        {
            var readme = Path.Combine(Repository.Root, Path.GetDirectoryName(project.Path)!, "README.md");
            File.Exists(readme).ShouldBeTrue($"{project.Name} has no README.md: what it is for, what it must not do, what to read first");
        }
    }
}
