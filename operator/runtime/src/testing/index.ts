export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { startFaultServer, type FaultServer, type StoredObject } from './fault-server.ts';
