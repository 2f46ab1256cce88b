using Xunit.Sdk;

namespace Divvy.Store.Tests.Conformance;

/// <summary>A fact of the suite that every server passes. Where it runs against a real etcd and there is none, it is
/// skipped with a reason that cannot be overlooked.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Divvy.Store.Tests.Conformance.ConformanceFactDiscoverer", "Divvy.Store.Tests")]
public sealed class ConformanceFactAttribute : FactAttribute;
