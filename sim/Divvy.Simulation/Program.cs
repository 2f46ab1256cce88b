using Divvy.Simulation.Commands;

return await SimulatorCommand.InvokeAsync(args).ConfigureAwait(false);
