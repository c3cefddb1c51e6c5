import { type Environment, mesos } from '../../proto/index.js';
import { FINE, type Reasons } from './reasons.js';
import { validateSecret } from './secret.js';

type Variable = NonNullable<Environment['variables']>[number];
const { VALUE, SECRET } = mesos.v1.Environment.Variable.Type;

/** Environment variables of a command: each has what its type says, and nothing else. */
export function validateEnvironment(environment: Environment | null | undefined): Reasons {
  return (environment?.variables ?? []).flatMap(validateVariable);
}

function validateVariable(variable: Variable): Reasons {
  switch (variable.type ?? VALUE) {
    case VALUE:
      return validateValue(variable);
    case SECRET:
      return validateSecretVariable(variable);
    default:
      return ["Environment variable of type 'UNKNOWN' is not allowed"];
  }
}

function validateValue({ name, value, secret }: Variable): Reasons {
  if (value == null) return [`Environment variable '${name}' of type 'VALUE' must have a value set`];
  if (secret) return [`Environment variable '${name}' of type 'VALUE' must not have a secret set`];
  return FINE;
}

function validateSecretVariable({ name, value, secret }: Variable): Reasons {
  if (!secret) return [`Environment variable '${name}' of type 'SECRET' must have a secret set`];
  if (value != null) return [`Environment variable '${name}' of type 'SECRET' must not have a value set`];
  const [reason] = validateSecret(secret);
  if (reason !== undefined) return [`Environment variable '${name}' specifies an invalid secret: ${reason}`];
  if (secret.value?.data?.includes(0)) {
    return [
      `Environment variable '${name}' specifies a secret containing null bytes, which is not allowed in the environment`,
    ];
  }
  return FINE;
}
