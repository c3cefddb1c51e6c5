import { type ContainerInfo, mesos } from '../../proto/index.js';
import { FINE, inPart, type Reasons } from './reasons.js';

type Volume = mesos.v1.Volume.$Properties;
type VolumeSource = NonNullable<Volume['source']>;
const { DOCKER } = mesos.v1.ContainerInfo.Type;
const { DOCKER_VOLUME, HOST_PATH, SANDBOX_PATH, SECRET, CSI_VOLUME } = mesos.v1.Volume.Source.Type;

/** A container of a task or executor. `part` names it, as in `Task's`. */
export function validateContainer(part: string, container: ContainerInfo | null | undefined): Reasons {
  if (!container) return FINE;
  const volumes = (container.volumes ?? []).flatMap((volume) => inPart('Invalid volume', validateVolume(volume)));
  return inPart(`${part} \`ContainerInfo\` is invalid`, [...volumes, ...validateDocker(container)]);
}

function validateDocker({ type, docker }: ContainerInfo): Reasons {
  if (type !== DOCKER) return FINE;
  if (!docker) return ["DockerInfo 'docker' is not set for DOCKER typed ContainerInfo"];
  const named = (docker.parameters ?? []).some(({ key }) => key === 'name');
  return named ? ["Parameter in DockerInfo must not be 'name'"] : FINE;
}

function validateVolume({ hostPath, image, source }: Volume): Reasons {
  const given = [hostPath, image, source].filter((origin) => origin != null);
  if (given.length !== 1) return ["Only one of them should be set: 'host_path', 'image' and 'source'"];
  return source ? validateSource(source) : FINE;
}

function validateSource(source: VolumeSource): Reasons {
  switch (source.type) {
    case DOCKER_VOLUME:
      return requireSource('docker_volume', 'DOCKER_VOLUME', source.dockerVolume);
    case HOST_PATH:
      return requireSource('host_path', 'HOST_PATH', source.hostPath);
    case SANDBOX_PATH:
      return requireSource('sandbox_path', 'SANDBOX_PATH', source.sandboxPath);
    case SECRET:
      return requireSource('secret', 'SECRET', source.secret);
    case CSI_VOLUME:
      if (!source.csiVolume) return requireSource('csi_volume', 'CSI', null);
      return requireSource('csi_volume.static_provisioning', 'CSI', source.csiVolume.staticProvisioning);
    default:
      return ["'source.type' is unknown"];
  }
}

function requireSource(field: string, kind: string, value: unknown): Reasons {
  return value == null ? [`'source.${field}' is not set for ${kind} volume`] : FINE;
}
