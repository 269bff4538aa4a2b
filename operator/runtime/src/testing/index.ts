export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { isSound, runFaultSchedule, type ScheduleResult } from './fault-schedule.ts';
export { startFaultServer, type FaultServer, type StoredObject } from './fault-server.ts';
export { createRandom, pick } from './random.ts';
export { runSoak, type SoakResult } from './soak.ts';
