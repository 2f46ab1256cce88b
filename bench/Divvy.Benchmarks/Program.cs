using BenchmarkDotNet.Running;
using Divvy.Benchmarks.Mvcc;

if (args is ["mvcc-memory"])
    MemoryReport.Print();
else
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
