using System.ComponentModel;
using Divvy.TestKit.Etcd;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Divvy.Store.Tests.Conformance;

/// <summary>A test that belongs to the <see cref="EtcdServer.Collection"/> needs an etcd.</summary>
public sealed class ConformanceTestCase : XunitTestCase
{
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("Called by the de-serializer")]
    public ConformanceTestCase()
    {
    }

    public ConformanceTestCase(
        IMessageSink diagnosticMessageSink,
        TestMethodDisplay methodDisplay,
        TestMethodDisplayOptions methodDisplayOptions,
        ITestMethod testMethod)
        : base(diagnosticMessageSink, methodDisplay, methodDisplayOptions, testMethod)
    {
    }

    protected override string? GetSkipReason(IAttributeInfo factAttribute)
    {
        var collection = TestMethod.TestClass.Class.GetCustomAttributes(typeof(CollectionAttribute)).FirstOrDefault();
        var needsEtcd = (string?)collection?.GetConstructorArguments().FirstOrDefault() == EtcdServer.Collection;
        return needsEtcd ? EtcdBinary.SkipReason : base.GetSkipReason(factAttribute);
    }
}
