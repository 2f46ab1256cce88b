// Runs every check against the store at the endpoints given, and prints "OK <check>" for each and "DONE" at the end.
//
//   node client.js http://127.0.0.1:2379,http://127.0.0.1:22379
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import {
  Etcd3, EtcdLeaseInvalidError, EtcdLockFailedError, EtcdPermissionDeniedError, EtcdUserNotFoundError,
} from 'etcd3';

const hosts = process.argv[2].split(',');
const clients = [];

function connect(options = {}) {
  const client = new Etcd3({ hosts, ...options });
  clients.push(client);
  return client;
}

const client = connect();

/** Waits for something that others make true; fails with what was missing. */
async function until(what, check) {
  for (const deadline = Date.now() + 30_000; !await check();) {
    assert.ok(Date.now() < deadline, `missing after 30 s: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

const checks = {
  async put() {
    await client.put('put/a').value('1');
    await client.put('put/b').value('2');
    assert.equal(await client.get('put/a').string(), '1');
    assert.deepEqual(await client.getAll().prefix('put/').strings(), { 'put/a': '1', 'put/b': '2' });
    assert.equal(await client.getAll().prefix('put/').count(), 2);
    assert.deepEqual(await client.getAll().prefix('put/').sort('Key', 'Descend').limit(1).keys(), ['put/b']);
    const { deleted } = await client.delete().prefix('put/');
    assert.equal(deleted, '2');
    assert.equal(await client.get('put/a'), null);
  },

  async txn() {
    await client.put('txn').value('1');
    const taken = await client.if('txn', 'Value', '==', '1').then(client.put('txn').value('2')).commit();
    assert.equal(taken.succeeded, true);
    const other = await client.if('txn', 'Version', '==', 1).then(client.put('txn').value('3'))
      .else(client.get('txn')).commit();
    assert.equal(other.succeeded, false);
    assert.equal(other.responses[0].response_range.kvs[0].value.toString(), '2');
    // Software transactional memory: reads, then writes if nothing that was read has changed.
    await Promise.all(Array.from({ length: 5 }, () => client.stm({ retries: 50 }).transact(async tx => {
      await tx.put('txn/sum').value(Number(await tx.get('txn/sum').number() ?? 0) + 1);
    })));
    assert.equal(await client.get('txn/sum').number(), 5);
  },

  async watch() {
    const heard = [];
    const watcher = await client.watch().prefix('watch/').withPreviousKV().create();
    watcher.on('put', (kv, previous) => heard.push(`put ${kv.key} ${kv.value} ${previous?.value ?? '-'}`));
    watcher.on('delete', (kv, previous) => heard.push(`delete ${kv.key} ${previous.value}`));
    const { header } = await client.put('watch/a').value('1');
    await client.put('watch/a').value('2');
    await client.delete().key('watch/a');
    const all = ['put watch/a 1 -', 'put watch/a 2 1', 'delete watch/a 2'];
    await until('three events', () => heard.length >= 3);
    assert.deepEqual(heard, all);
    await watcher.cancel();

    const past = await client.watch().key('watch/a').startRevision(header.revision).only('delete').create();
    const [gone] = await once(past, 'delete');
    assert.equal(gone.key.toString(), 'watch/a');
    await past.cancel();
  },

  async lease() {
    const lease = client.lease(60, { autoKeepAlive: false });
    const id = await lease.grant();
    await lease.put('lease/a').value('1');
    const left = await client.leaseClient.leaseTimeToLive({ ID: id, keys: true });
    assert.equal(left.grantedTTL, '60');
    assert.equal(left.keys[0].toString(), 'lease/a');
    await lease.keepaliveOnce();
    await lease.revoke();
    assert.equal(await client.get('lease/a'), null);

    const short = client.lease(1, { autoKeepAlive: false });
    await short.put('lease/b').value('1');
    await until('the end of a lease of a second', async () => await client.get('lease/b') === null);
    await assert.rejects(client.put('lease/c').value('1').lease('404'), EtcdLeaseInvalidError);

    const kept = client.lease(2);
    await kept.put('lease/d').value('1');
    const renewals = [];
    kept.on('keepaliveSucceeded', renewal => renewals.push(renewal.TTL));
    await until('three renewals', () => renewals.length >= 3);
    assert.equal(await client.get('lease/d').string(), '1');
    await kept.revoke();
  },

  async lock() {
    const held = await client.lock('lock').ttl(30).acquire();
    await assert.rejects(connect().lock('lock').acquire(), EtcdLockFailedError);
    await held.release();
    assert.equal(await client.lock('lock').do(async () => 'done'), 'done');
  },

  async election() {
    const first = client.election('chair', 10).campaign('first');
    await once(first, 'elected');
    const second = connect().election('chair', 10).campaign('second');
    second.on('error', () => {});
    const observer = await client.election('chair', 10).observe();
    await until('the first leader', () => observer.leader() === 'first');
    const elected = once(second, 'elected');
    await first.resign();
    await elected;
    await until('the second leader', () => observer.leader() === 'second');
    await second.resign();
    await observer.cancel();
  },

  async auth() {
    await client.user('root').create('secret');
    await client.role('root').create();
    await client.user('root').addRole('root');
    await client.role('reader').create();
    await client.role('reader').grant({ permission: 'Read', range: client.range({ prefix: 'auth/' }) });
    await client.user('alice').create('wonder');
    await client.user('alice').addRole('reader');
    await client.put('auth/a').value('1');
    await client.auth.authEnable();
    const root = connect({ auth: { username: 'root', password: 'secret' } });
    try {
      const alice = connect({ auth: { username: 'alice', password: 'wonder' } });
      assert.equal(await alice.get('auth/a').string(), '1');
      await assert.rejects(alice.put('auth/a').value('2'), EtcdPermissionDeniedError);
      await assert.rejects(client.get('auth/a').string(), /user name is empty/);
      await assert.rejects(
        connect({ auth: { username: 'alice', password: 'wrong' } }).get('auth/a').string(), /authentication failed/);
      assert.deepEqual((await root.getUsers()).map(user => user.name), ['alice', 'root']);
      await assert.rejects(root.user('nobody').delete(), EtcdUserNotFoundError);
    } finally {
      await root.auth.authDisable();
    }
    await client.user('alice').delete();
    await client.role('reader').delete();
    assert.equal(await client.get('auth/a').string(), '1');
  },

  async maintenance() {
    const status = await client.maintenance.status();
    assert.notEqual(status.leader, '0');
    const { members } = await client.cluster.memberList({});
    assert.equal(members.length, hosts.length);
    assert.deepEqual((await client.maintenance.alarm({ action: 'Get' })).alarms, []);
  },

  /** @grpc/grpc-js by itself, with what it makes of errors. */
  async grpc() {
    const protos = path.join(path.dirname(createRequire(import.meta.url).resolve('etcd3/package.json')), 'proto');
    const { etcdserverpb } = grpc.loadPackageDefinition(
      loader.loadSync('rpc.proto', { includeDirs: [protos], longs: String, keepCase: true, enums: String }));
    const address = new URL(hosts[0]).host;
    const kv = new etcdserverpb.KV(address, grpc.credentials.createInsecure());
    const watch = new etcdserverpb.Watch(address, grpc.credentials.createInsecure());
    const call = (stub, method, request) => new Promise((resolve, reject) =>
      stub[method](request, (error, answer) => error ? reject(error) : resolve(answer)));
    const key = Buffer.from([0, 255, 1]);

    const put = await call(kv, 'put', { key, value: Buffer.alloc(100_000, 7) });
    const range = await call(kv, 'range', { key });
    assert.equal(range.kvs[0].mod_revision, put.header.revision);
    assert.equal(range.kvs[0].value.length, 100_000);
    await assert.rejects(call(kv, 'range', { key, revision: '99999999' }), error =>
      error.code === grpc.status.OUT_OF_RANGE
      && error.details === 'etcdserver: mvcc: required revision is a future revision');
    await assert.rejects(call(kv, 'put', { value: Buffer.from('x') }), error =>
      error.code === grpc.status.INVALID_ARGUMENT && error.details === 'etcdserver: key is not provided');

    const stream = watch.watch();
    stream.on('error', () => {});
    stream.write({ create_request: { key, start_revision: put.header.revision } });
    const [created] = await once(stream, 'data');
    assert.equal(created.created, true);
    const [heard] = await once(stream, 'data');
    assert.equal(heard.events[0].kv.mod_revision, put.header.revision);
    stream.cancel();
    kv.close();
    watch.close();
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`OK ${name}`);
  } catch (error) {
    console.log(`FAILED ${name}: ${error.stack}`);
    process.exitCode = 1;
  }
}
for (const one of clients)
  one.close();
console.log('DONE');
