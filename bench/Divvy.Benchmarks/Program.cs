using System.Globalization;
using BenchmarkDotNet.Running;
using Divvy.Benchmarks.Mvcc;
using Divvy.Benchmarks.Rpc;

if (args is ["mvcc-memory"])
    MemoryReport.Print();
else if (args is [("store-server" or "rpc-server") and var server, var port])
    await StoreServer.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), withStore: server == "store-server");
else
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
