"""Tokens in the forms of their providers, which nobody issued, and names that look a little like them."""

from __future__ import annotations

from typing import Final

TOKENS: Final = {
    "github": ("a GitHub token", "ghp_Canary0123456789abcdefghijABCDEFGHIJ01"),
    "github-fine-grained": ("a GitHub token", "github_pat_11CANARY0aBcDeFgHiJkL_0123456789abcdefghij"),
    "github-oauth": ("a GitHub token", "gho_Canary0123456789abcdefghijABCDEFGHIJ01"),
    "gitlab": ("a GitLab token", "glpat-Canary-0123456789_ab"),
    "bitbucket": ("a token of Atlassian", "ATBBcanary0123456789abcdefABCDEF0123"),
    "docker": ("a Docker token", "dckr_pat_Canary-0123456789_abcdefg"),
    "aws-id": ("a key of AWS", "AKIACANARYCANARYAB2C"),
    "aws-key": ("a key of AWS", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYCKEY"),
    "google": ("a key of Google", "ya29.a0Canary0123456789abcdefghij"),
    "entra": ("a secret of Microsoft Entra", "Can8Q~aryCanary0123456789abcdefghijABCDE"),
    "jwt": ("a JSON Web Token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl"),
    "vault": ("a Vault token", "hvs.CanaryCanary0123456789abcdef"),
    "slack": ("a Slack token", "xoxb-012345678901-canaryCANARY"),
    "npm": ("an npm token", "npm_Canary0123456789abcdefghijABCDEFGHIJ"),
    "private-key": ("a private key", "-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaCanary"),
    "url": ("a URL with a password", "https://bot:canary@registry.example"),
    "random": ("a random secret", "q7Zp2LxV9mKc4RtY8wBn3HsJ6dFg"),
}
"""Name -> what it seems to be, and the token."""

NAMES: Final = (
    "acme/ghp_token",
    "acme/GITHUB_PAT",
    "npm_registry_token",
    "glpat-acme-production-builds-2024",
    "hvs.acme",
    "teams/acme/registries/ghcr.io/acme+builder",
    "bots@acme.example",
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    "prod/0f8fad5bd9cb469fa16570867728950e/token",
    "3f9a1c0b2d4e5f60718293a4b5c6d7e8f9a0b1c2",
    "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/GitHubTokenForBuildsOfAcme2024-AbC1d2",
    "arn:aws:ssm:eu-central-1:123456789012:parameter/teams/AcmeCorporation/BuildPlane/RegistryPassword",
    "projects/123456789012/secrets/acme-github-pat/versions/3",
    "ocid1.vaultsecret.oc1.iad.amaaaaaac3adhhqax4v3q7y5q2zcanary",
    "hfnjvi6aymbsnfc2xeeoheizda",
    "XtQZ9mYBTgmJiGMBb7qc3g",
    "0ujtsYcgvSTl8PAuAdqWYSMnLOv",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "Team1Env2Region3BuildToken4Production",
    "MyCompanyProductionGithubTokenOfTheBuildPlane2024",
    "prod/AcmeCorp/GitHub/BuildTokens2024/v12",
    "aws/AKIACANARYCANARYAB2C/secret",
    "https://acme-vault.vault.azure.net/secrets/acme-git/0123456789abcdef0123456789abcdef",
    'auths."ghcr.io".auth',
)
"""Names that managers have: paths, ids, ARNs and digests."""
