/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WORDS_H
#define EMAGE_CLIENT_WORDS_H

#include "client/tr.h"

/*
 * What the guide says of a page, as msgids: the screens and the lines say the same.
 */
#define WORDS_HOME                                                                                 \
	N_("e-mage est un service sécurisé, porté par Pulsy, de partage d'imagerie "            \
	   "médicale dans le Grand Est. Disponible en ligne en permanence, il permet de "         \
	   "partager radiographies, scanners, IRM, échographies... entre professionnels de "      \
	   "santé pour les patients soignés dans le Grand Est.")
#define WORDS_HOME_CHOICE N_("Choisissez ce qui correspond à votre situation :")
#define WORDS_HOME_PAGE	  N_("Voici la page d'authentification e-mage.org, portail patient.")
#define WORDS_CRITERION	  N_("Veuillez renseigner au minimum un critère de recherche")
#define WORDS_SIGNIN_FIRST                                                                         \
	N_("Lors de votre 1ère connexion, vous saisissez le mot de passe temporaire "             \
	   "figurant sur le document qui vous a été remis lors du recueil de votre "             \
	   "consentement dans le service d'imagerie de votre établissement de santé, de "        \
	   "votre clinique, ou de votre cabinet radiologique. Pour les connexions "                \
	   "suivantes, vous saisissez le mot de passe que vous aurez choisi lors de votre "        \
	   "première connexion.")
#define WORDS_SIGNIN                                                                               \
	N_("Entrez votre identifiant et votre mot de passe temporaire (première "                 \
	   "connexion). Pour les connexions suivantes, votre mot de passe personnel. À la "       \
	   "suite de cette étape, un code d'accès à usage unique valable 15 minutes à "        \
	   "partir de sa réception, vous sera envoyé à l'adresse mail ou téléphone "          \
	   "renseignés lors de votre consentement en établissement. Entrez-le dans la page "     \
	   "suivante. En cas d'oubli, choisissez « Mot de passe oublié ? » et suivez les "      \
	   "instructions.")
#define WORDS_CODE_ONCE                                                                            \
	N_("Ce code est utilisable UNE SEULE FOIS et permet de renforcer la sécurité de "        \
	   "l'accès à vos images médicales.")
#define WORDS_CODE                                                                                 \
	N_("Entrez votre code d'accès à usage unique. Il est valable 15 minutes et ne sert "     \
	   "qu'une fois. S'il n'arrive pas, vérifiez l'adresse affichée et demandez-en un "      \
	   "autre : celui-ci remplace le précédent.")
#define WORDS_HISTORY_HEAD N_("Prise en charge par un professionnel de santé")
#define WORDS_BLOCKS_FIND                                                                          \
	N_("Vous pouvez utiliser un filtre de recherche afin de retrouver plus rapidement "        \
	   "le médecin concerné.")
#define WORDS_SETTINGS                                                                             \
	N_("Ajouter/modifier : adresse mail, téléphone mobile. Changer : mot de passe, "         \
	   "langue, avis, application d'authentification, sessions ouvertes. Export de vos "       \
	   "données. Possibilité de retirer votre consentement.")
#define WORDS_HISTORY                                                                              \
	N_("Vous avez accès à l'historique complet des professionnels de santé ayant "          \
	   "consulté vos imageries. Les professionnels de santé sont dans l'obligation de "      \
	   "renseigner le motif de leur visite.")
#define WORDS_FAQ N_("Cette rubrique vous donne accès à la foire aux questions du site.")
#define WORDS_FORGOT_FIRST                                                                         \
	N_("Lors de votre 1ère connexion, vous n'en avez pas besoin : le mot de passe "           \
	   "initial figure sur le document qui vous a été remis à l'accueil de votre "          \
	   "hôpital, votre clinique, ou de votre cabinet radiologique.")

#endif
