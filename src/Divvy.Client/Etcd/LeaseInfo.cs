namespace Divvy.Client.Etcd;

/// <summary>A lease that exists.</summary>
/// <param name="Id">Its id.</param>
/// <param name="TimeLeft">Time until it expires, in whole seconds.</param>
/// <param name="GrantedTtl">What each renewal sets it to.</param>
/// <param name="Keys">The keys that hang on it, if they were asked for.</param>
public sealed record LeaseInfo(long Id, TimeSpan TimeLeft, TimeSpan GrantedTtl, IReadOnlyList<string> Keys);
