// Package register registers the generators of the operator of the local platform: all but Grafana's, whose client
// is the largest of all.
package register

import (
	_ "github.com/external-secrets/external-secrets/pkg/generator/acr"
	_ "github.com/external-secrets/external-secrets/pkg/generator/cloudsmith"
	_ "github.com/external-secrets/external-secrets/pkg/generator/ecr"
	_ "github.com/external-secrets/external-secrets/pkg/generator/fake"
	_ "github.com/external-secrets/external-secrets/pkg/generator/gcr"
	_ "github.com/external-secrets/external-secrets/pkg/generator/github"
	_ "github.com/external-secrets/external-secrets/pkg/generator/mfa"
	_ "github.com/external-secrets/external-secrets/pkg/generator/password"
	_ "github.com/external-secrets/external-secrets/pkg/generator/quay"
	_ "github.com/external-secrets/external-secrets/pkg/generator/sshkey"
	_ "github.com/external-secrets/external-secrets/pkg/generator/sts"
	_ "github.com/external-secrets/external-secrets/pkg/generator/uuid"
	_ "github.com/external-secrets/external-secrets/pkg/generator/vault"
	_ "github.com/external-secrets/external-secrets/pkg/generator/webhook"
)
