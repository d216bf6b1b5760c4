// Package cloud stands for the secrets providers of clouds, which the local platform does not use: it has a passphrase.
package cloud

import (
	"encoding/json"
	"errors"

	"github.com/pulumi/pulumi/pkg/v3/secrets"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// Type is the name of these providers in a state.
const Type = "cloud"

var errAbsent = errors.New(
	"the Pulumi of the local platform has the secrets provider passphrase only; use an official release",
)

// EditProjectStack refuses every state.
func EditProjectStack(*workspace.ProjectStack, json.RawMessage) error {
	return errAbsent
}

// NewCloudSecretsManagerFromState refuses every state.
func NewCloudSecretsManagerFromState(json.RawMessage) (secrets.Manager, error) {
	return nil, errAbsent
}

// NewCloudSecretsManager refuses every provider.
func NewCloudSecretsManager(*workspace.ProjectStack, string, bool) (secrets.Manager, error) {
	return nil, errAbsent
}
