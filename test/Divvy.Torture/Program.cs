using Divvy.Torture;

return await TortureCommand.InvokeAsync(args);
