using Divvy.Cli;
using Divvy.Cli.Output;

return await CommandLine.RunAsync(args, CommandConsole.System(), CancellationToken.None);
