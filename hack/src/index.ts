export { HackError, type HackErrorCode } from './errors.ts';
export { startControlPlane, type ControlPlane, type ControlPlaneOptions } from './control-plane/control-plane.ts';
export { ensureBinary } from './control-plane/binaries.ts';
export { toolsOfBinary, toolsOfAssets, type ControlPlaneTools } from './control-plane/tools.ts';
export { freePort } from './control-plane/ports.ts';
export { installPortolan } from './install/install.ts';
