import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const proto = fileURLToPath(new URL('../Protos/test.proto', import.meta.url));
const definition = loader.loadSync(proto, { keepCase: true, defaults: true });

/** The test service as grpc-js knows it. */
export const Echo = grpc.loadPackageDefinition(definition).divvy.test.Echo;
